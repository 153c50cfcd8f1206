const http = require("k6/http"); const { check } = require("k6"); const common = require("./data/common.cjs.js");
exports.options = { iterations: 2 };
exports.setup = function () { return { s: 1 }; };
exports.default = function (data) { check(http.get(__ENV.HTTP + "/get"), { cjs: r => r.status === 200 }); console.log("# commonjs", data.s, common.named); };
exports.teardown = () => console.log("# teardown");
