import "k6"; throw new Error("at the top"); export default function () {}
