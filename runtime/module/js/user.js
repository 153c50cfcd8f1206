// The methods of users (wait, client, report, ...) are made by Go behind User.prototype when they are first used; see
// vu.Env.Member. Functions written here would be copied into every user's VM.
export class User {
  static $kind = "user";
  static abstract = true;
}

export class HttpUser extends User {
  static $http = true;
  static abstract = true;
}
export { HttpUser as FastHttpUser };
