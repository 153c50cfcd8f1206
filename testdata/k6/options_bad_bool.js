export const options = { throw: "true" };
export default function () {}
