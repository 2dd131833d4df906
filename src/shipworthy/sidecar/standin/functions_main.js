// Starts one edge function of a prototype on the port that it is given, whatever port its code names.
const [file, port] = Deno.args
const place = { port: Number(port), hostname: '127.0.0.1' }
const serve = Deno.serve.bind(Deno)
const listen = Deno.listen.bind(Deno)
const here = (options) => ({ ...options, ...place, onListen: () => {} })
Deno.serve = (first, second) => {
  if (typeof first === 'function') return serve(here({}), first)
  return second ? serve(here(first), second) : serve(here(first))
}
Deno.listen = (options) => listen({ ...options, ...place })
const loaded = await import(file)
if (typeof loaded.default?.fetch === 'function') serve(here({}), loaded.default.fetch)
