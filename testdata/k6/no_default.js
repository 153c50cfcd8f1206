import "k6"; export function other() {}
