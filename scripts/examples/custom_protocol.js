// Any protocol: what katydid does not send itself, a user measures or reports. Here: a connection that only pretends.
// Try it: go run . run scripts/examples/custom_protocol.js -u 5 -r 5 -t 3s
import { User, task, constant } from "katydid";

// Stands for a client library: it echoes after 10 to 50 milliseconds.
class FakeSocket {
  send(text) {
    return new Promise((resolve, reject) => {
      const delay = 10 + 40 * Math.random();
      setTimeout(() => (text ? resolve(text) : reject(new Error("nothing to send"))), delay);
    });
  }
}

export class SocketUser extends User {
  static waitTime = constant(0.2);
  socket = new FakeSocket();

  // measure: the time that the function takes (until its promise settles) is one row, "FAKE echo". An error makes a failure.
  @task
  echo() {
    const answer = this.measure("FAKE", "echo", () => this.socket.send("hello"));
    console.debug(answer);
  }

  // report: for figures that you have from elsewhere. Times are in milliseconds, null if there is none.
  @task
  async push() {
    const start = performance.now();
    const text = await this.socket.send("news");
    this.report({ type: "FAKE", name: "push", responseTime: performance.now() - start, responseLength: text.length });
    this.report({ type: "FAKE", name: "notice", responseTime: null });
  }
}
