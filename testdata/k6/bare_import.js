import "k6"; import x from "nope"; export default function () {}
