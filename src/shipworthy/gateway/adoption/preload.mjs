// Sends requests for model providers to the gateway instead: loaded before a program by `shipworthy ai run`.
// Covers fetch (Node, Deno) and http(s).request (Node): what HTTP libraries are built on. Other requests
// pass untouched. The gateway alone has provider keys, so every credential is replaced by the virtual key.

const inNode = typeof process !== "undefined" && process.versions?.node && typeof Deno === "undefined";
const env = (name) => (inNode ? process.env[name] : globalThis.Deno?.env.get(name)) ?? "";
const gateway = env("SHIPWORTHY_AI_GATEWAY");
const key = env("SHIPWORTHY_AI_KEY");
const hosts = JSON.parse(env("SHIPWORTHY_AI_HOSTS") || "{}");
const CREDENTIALS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

/** The address at the gateway for an address at a provider; null for every other address. */
function rerouted(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const own = hosts[url.host];
  if (own === undefined || !/^https?:$/.test(url.protocol)) return null;
  const path = own && url.pathname.startsWith(own + "/") ? url.pathname.slice(own.length) : url.pathname;
  url.searchParams.delete("key"); // Gemini's key in the address
  return gateway + path + url.search;
}

function patchFetch() {
  const original = globalThis.fetch;
  if (!original) return;
  globalThis.fetch = function fetch(input, init) {
    const isRequest = typeof Request !== "undefined" && input instanceof Request;
    const to = rerouted(isRequest ? input.url : String(input));
    if (to === null) return original.call(this, input, init);
    const headers = new Headers(init?.headers ?? (isRequest ? input.headers : undefined));
    for (const name of CREDENTIALS) headers.delete(name);
    headers.set("authorization", `Bearer ${key}`);
    if (!isRequest) return original.call(this, to, { ...init, headers });
    const body = init?.body ?? input.body;
    const kept = { method: input.method, signal: input.signal, redirect: input.redirect };
    return original.call(this, to, { ...kept, ...init, headers, body, ...(body ? { duplex: "half" } : {}) });
  };
}

/** What http.request was asked for, as one address and options. */
function asked(protocol, args) {
  const callback = args.find((a) => typeof a === "function");
  const first = args[0];
  const isAddress = typeof first === "string" || first instanceof URL;
  const options = { ...(isAddress ? (typeof args[1] === "object" ? args[1] : {}) : first) };
  if (isAddress) return { address: String(first), options, callback };
  const host = options.hostname ?? String(options.host ?? "localhost").replace(/:\d+$/, "");
  const port = options.port ? `:${options.port}` : "";
  const scheme = options.protocol ?? protocol;
  return { address: `${scheme}//${host}${port}${options.path ?? "/"}`, options, callback };
}

async function patchHttp() {
  const [{ default: http }, { default: https }, { syncBuiltinESMExports }] = await Promise.all([
    import("node:http"),
    import("node:https"),
    import("node:module"),
  ]);
  const plain = http.request;
  for (const [module, protocol] of [[http, "http:"], [https, "https:"]]) {
    const original = module.request;
    module.request = function request(...args) {
      const { address, options, callback } = asked(protocol, args);
      const to = rerouted(address);
      if (to === null) return original.apply(this, args);
      const url = new URL(to);
      const given = Array.isArray(options.headers) ? pairs(options.headers) : { ...options.headers };
      const headers = {};
      for (const [name, value] of Object.entries(given)) {
        if (![...CREDENTIALS, "host"].includes(name.toLowerCase())) headers[name] = value;
      }
      headers.authorization = `Bearer ${key}`;
      const { method, signal, timeout } = options;
      const made = { method, signal, timeout, headers };
      for (const name of Object.keys(made)) if (made[name] === undefined) delete made[name];
      return withCredentials(plain.call(http, url, made, callback));
    };
    module.get = function get(...args) {
      const request = module.request(...args);
      request.end();
      return request;
    };
  }
  syncBuiltinESMExports();
}

function pairs(list) {
  const made = {};
  for (let i = 0; i + 1 < list.length; i += 2) made[list[i]] = list[i + 1];
  return made;
}

/** Libraries may set the provider's key on the request after it was made. */
function withCredentials(request) {
  const set = request.setHeader.bind(request);
  request.setHeader = (name, value) => {
    const lower = String(name).toLowerCase();
    if (lower === "host" || CREDENTIALS.includes(lower)) return request;
    return set(name, value);
  };
  return request;
}

if (gateway && key) {
  patchFetch();
  if (inNode) await patchHttp();
}
