export const named = async data => { console.log("# named", data); };
