// The exceptions that steer a user instead of reporting an error. The engine knows them by $control.
class Control extends Error {
  get name() { return this.constructor.name; }
}
export class StopUser extends Control {
  get $control() { return "stopUser"; }
  static [Symbol.hasInstance](e) { return e?.$control === "stopUser"; } // Go throws it too
}
export class StopTest extends Control {
  get $control() { return "stopTest"; }
}
export class RescheduleTask extends Control {
  get $control() { return "reschedule"; }
}
export class RescheduleTaskImmediately extends Control {
  get $control() { return "rescheduleNow"; }
}
export class InterruptTaskSet extends Control {
  constructor(reschedule = true) { super(); this.reschedule = reschedule; }
  get $control() { return "interrupt"; }
}
