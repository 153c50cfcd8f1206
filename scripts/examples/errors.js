// What happens when a task throws: it is counted, shown with its line in this file, and the user goes on.
// Try it: go run . run scripts/examples/errors.js -u 5 -r 5 -t 3s     (exit code 1: the errors are on purpose)
import { HttpUser, RescheduleTask, RescheduleTaskImmediately, StopUser, task, constant } from "katydid";

export class Clumsy extends HttpUser {
  static waitTime = constant(0.2);
  page = { title: "home" };

  onStart() { console.log(`user ${this.id} comes`); } // once, before the first task; an error here ends the user
  onStop() { console.log(`user ${this.id} goes`); } // once, at the end, whatever the end is

  @task(5)
  fine() { this.client.get("/"); }

  // A mistake in the script: a row in the exceptions, none in the failures.
  @task
  broken() { throw new Error(`cannot read the page ${this.page.title}`); }

  // Not an error: leaves the task, waits, and picks the next. RescheduleTaskImmediately does not wait.
  @task
  skip() {
    if (Math.random() < 0.5) throw new RescheduleTask();
    throw new RescheduleTaskImmediately();
  }

  // Ends this user for good; StopTest would end the whole test.
  @task
  giveUp() {
    if (this.id > 1 && Math.random() < 0.2) throw new StopUser("had enough");
  }
}
