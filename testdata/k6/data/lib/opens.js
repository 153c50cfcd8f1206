export const inLib = open("./only.txt").trim(); export const late = name => open(name).trim();
