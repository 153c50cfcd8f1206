exports.named = 5; exports.fn = () => "cjs"; module.exports.more = 6;
