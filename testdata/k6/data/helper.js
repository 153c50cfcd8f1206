export const fromHelper = () => open("./text.txt").length; export default 7;
