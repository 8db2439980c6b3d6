// A child that takes memory outside the JavaScript heap until it is stopped.
const held = [];
for (;;) held.push(Buffer.alloc(64 * 2 ** 20, held.length + 1));
