// Made by Go, see baseClass. User has to come first.
export const User = /* @__PURE__ */ $k.get("User");
export const HttpUser = /* @__PURE__ */ $k.get("HttpUser");
export { HttpUser as FastHttpUser };
