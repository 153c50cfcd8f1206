// LoadShape: tick() is called about once a second in the main VM.
export class LoadShape {
  static $shape = true;
  static abstract = true;
  get runTime() { return $k.shapeTime(); }
  getRunTime() { return $k.shapeTime(); }
  get_run_time() { return $k.shapeTime(); }
  resetTime() { $k.resetShapeTime(); }
  reset_time() { $k.resetShapeTime(); }
  get userCount() { return $k.environment.runner.userCount; }
  getCurrentUserCount() { return this.userCount; }
  get_current_user_count() { return this.userCount; }
  // Without an own tick: static stages = [{duration, users, rate}], durations in seconds. Stages without users are those
  // of an open run (vu.Main.OpenShape), which asks no tick.
  tick() {
    let t = this.runTime;
    for (const stage of this.constructor.stages ?? []) {
      if (t < stage.duration) return [stage.users, stage.rate ?? stage.spawnRate ?? stage.spawn_rate ?? 1, stage.classes];
      t -= stage.duration;
    }
    return null;
  }
}
LoadShape.$tick = LoadShape.prototype.tick;
export { LoadShape as LoadTestShape };
