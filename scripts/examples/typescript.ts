// A script in TypeScript: types, enums, decorators, helpers and JSON. Nothing has to be installed or compiled to run it.
// Try it: go run . run scripts/examples/typescript.ts -u 5 -r 5 -t 3s
import { HttpUser, TaskSet, constant, shared, task } from "katydid";
import type { RequestOptions, Response } from "katydid";
import { cents, type Cents } from "./lib/money.ts";
import items from "./items.json";

enum Step { Look = "look", Buy = "buy" }

interface Account { name: string; password: string }

const accounts = shared.csv<Account>("users.csv", { mode: "loop" });

abstract class Customer extends HttpUser {
  static abstract = true; // never run itself; TypeScript's own `abstract` is gone when the script runs
  static waitTime = constant(0.3);
  protected account!: Account;

  onStart(): void { this.account = accounts.next(); }

  visit(step: Step, options: RequestOptions = {}): Response {
    return this.client.get("/", { ...options, name: `/${step}`, headers: { "x-user": this.account.name } });
  }
}

class Cart extends TaskSet<Buyer> {
  @task buy(): void {
    const total: Cents = items.reduce((sum, { price }) => sum + cents(price), 0);
    this.user.visit(Step.Buy, { params: { total } });
    this.interrupt();
  }
}

export class Buyer extends Customer {
  static tasks = [Cart];

  @task(2) look(): void { this.visit(Step.Look); }
}
