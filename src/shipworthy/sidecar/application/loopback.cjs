// Loaded before a Node.js prototype: whatever address it asks for, it listens on this machine alone.
"use strict";
const net = require("node:net");

const LOCAL = "127.0.0.1";
const listen = net.Server.prototype.listen;
const isPort = (value) => typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value));

net.Server.prototype.listen = function (...given) {
  const [first, second] = given;
  if (first !== null && typeof first === "object" && "port" in first && !first.path) {
    given[0] = { ...first, host: LOCAL };
  } else if (isPort(first)) {
    given[0] = { port: Number(first), host: LOCAL };
    if (typeof second === "string" || second === undefined || second === null) given.splice(1, 1);
    if (typeof given[1] === "number") given[0].backlog = given.splice(1, 1)[0];
  } else if (first === undefined || first === null || typeof first === "function") {
    given = [{ port: 0, host: LOCAL }, ...given.filter((value) => typeof value === "function")];
  }
  return listen.apply(this, given);
};
