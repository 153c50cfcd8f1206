export const options = { duration: "0s" };
export default function () {}
