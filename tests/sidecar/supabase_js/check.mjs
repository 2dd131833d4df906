// Clicks through the stand-in with the unmodified supabase-js; prints one JSON line per claim.
import { createClient } from '@supabase/supabase-js'
import ws from 'ws'

const [url, anon, service] = process.argv.slice(2)
const options = { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: ws } }
const say = (claim, seen) => console.log(JSON.stringify({ claim, seen }))
const unwrap = ({ data, error }) => (error ? { error: error.code ?? error.message } : data)

const ann = createClient(url, anon, options)
const bob = createClient(url, anon, options)
const visitor = createClient(url, anon, options)
const server = createClient(url, service, options)

const signed = await ann.auth.signUp({
  email: 'Ann.Reader@example.test', password: 'secret-1', options: { data: { full_name: 'Ann Reader' } },
})
const annId = signed.data.user.id
say('signing up gives a session', [!!signed.data.session, signed.data.user.email])
say('the sign-up trigger ran', unwrap(await ann.from('profiles').select('full_name,role').single()))
const again = await visitor.auth.signUp({ email: 'ann.reader@example.test', password: 'secret-1' })
say('an address signs up once', [again.error?.code, again.error?.message])
const short = await visitor.auth.signUp({ email: 'x@example.test', password: '123' })
say('short passwords are refused', short.error?.code)
const refused = await visitor.auth.signUp({
  email: 'y@example.test', password: 'secret-1', options: { data: { full_name: 'nobody' } },
})
say('a trigger that raises refuses the sign-up', refused.error?.status)
await bob.auth.signUp({ email: 'bob@example.test', password: 'secret-2' })
await bob.auth.signOut()
const wrong = await bob.auth.signInWithPassword({ email: 'bob@example.test', password: 'nope' })
say('a wrong password is refused', [wrong.error?.code, wrong.error?.message])
const right = await bob.auth.signInWithPassword({ email: 'bob@example.test', password: 'secret-2' })
say('the right one signs in', !!right.data.session)

await ann.from('notes').insert({ text: 'mine' })
say('own rows are read', unwrap(await ann.from('notes').select('text')))
say('rows of others are not', unwrap(await bob.from('notes').select('text')))
say('visitors read none', unwrap(await visitor.from('notes').select('text')))
say('nor may they write', unwrap(await visitor.from('notes').insert({ text: 'x', owner: annId })))
const forged = await bob.from('notes').insert({ text: 'x', owner: annId })
say('nobody writes in the name of another', [forged.error?.code, forged.status])
const promoted = await ann.from('profiles').update({ role: 'admin' }).eq('id', annId).select()
say('the policies decide, also where they are too wide', unwrap(promoted)[0].role)
say('the service key reads all', unwrap(await server.from('notes').select('text').order('text')).length)
say('claims reach the database', unwrap(await ann.rpc('whoami')).sub === annId)

say('maybeSingle gives null', unwrap(await ann.from('books').select().eq('id', 99).maybeSingle()))
say('single refuses none', unwrap(await ann.from('books').select().eq('id', 99).single()))
say('single refuses several', unwrap(await ann.from('books').select().single()))
const counted = await ann.from('books').select('*', { count: 'exact', head: true })
say('head counts', [counted.count, counted.data])
say('range', unwrap(await ann.from('books').select('id').order('id').range(1, 2)))
say('or and related rows', unwrap(await ann.from('books')
  .select('title, author:authors!books_author_id_fkey!inner(name), genres(name)')
  .or('title.ilike.%iver%,price.gt.10').eq('author.name', 'Ann')
  .order('title', { ascending: false }).order('name', { referencedTable: 'genres' })))
say('contains, overlaps, textSearch', [
  unwrap(await ann.from('books').select('id').contains('tags', ['blue'])),
  unwrap(await ann.from('books').select('id').overlaps('tags', ['wild'])),
  unwrap(await ann.from('books').select('id').textSearch('words', 'rivers')),
  unwrap(await ann.from('books').select('id').contains('details', { pages: 200 })),
  unwrap(await ann.from('books').select('id').not('tags', 'eq', '{}').in('title', ['Rivers', 'a,"b'])),
])
say('upsert', unwrap(await ann.from('genres').upsert([{ id: 5, name: 'a' }, { id: 5.0 + 1, name: 'b' }]).select()))
say('upsert ignoring', unwrap(await ann.from('genres')
  .upsert({ id: 5, name: 'z' }, { onConflict: 'id', ignoreDuplicates: true }).select()))
say('update', unwrap(await ann.from('genres').update({ name: 'c' }).eq('id', 5).select().single()))
say('delete', unwrap(await ann.from('genres').delete().in('id', [5, 6]).select('id').order('id')))
say('bulk insert of unequal rows', unwrap(await ann.from('books')
  .insert([{ id: 50, title: 'p' }, { id: 51, title: 'q', price: 1 }], { defaultToNull: false }).select('price')))
await ann.from('books').delete().gte('id', 50)
say('csv', unwrap(await ann.from('books').select('id').order('id').limit(2).csv()))
say('rpc rows', unwrap(await ann.rpc('dear_books', { at_least: 15 }).select('title').single()))
say('rpc by get', unwrap(await ann.rpc('add', { a: 1, b: 2 }, { get: true })))
say('an unknown table', unwrap(await ann.from('nope').select()))
say('an unknown schema', unwrap(await ann.schema('private').from('x').select()))

const updated = await ann.auth.updateUser({ data: { theme: 'dark' }, password: 'secret-9' })
say('users change themselves', [updated.data.user.user_metadata.theme, updated.data.user.user_metadata.full_name])
const session = (await ann.auth.getSession()).data.session
const renewed = await ann.auth.refreshSession({ refresh_token: session.refresh_token })
say('sessions are renewed', renewed.data.session.access_token.length > 100)
const rotten = await visitor.auth.refreshSession({ refresh_token: 'made up' })
say('made-up refresh tokens are refused', rotten.error?.code)
say('getUser asks the server', (await ann.auth.getUser()).data.user.id === annId)
say('a tampered token is refused', (await visitor.auth.getUser(session.access_token.slice(0, -4) + 'AAAA')).error?.status)
say('recover says nothing of who exists', (await visitor.auth.resetPasswordForEmail('who@example.test')).error)
say('codes', (await visitor.auth.signInWithOtp({ email: 'new@example.test' })).error)
say('wrong codes', (await visitor.auth.verifyOtp({ email: 'new@example.test', token: 'abcdef', type: 'email' })).error?.code)
const anonymous = await visitor.auth.signInAnonymously()
say('anonymous', anonymous.data.user?.is_anonymous)
await visitor.auth.signOut()
const oauth = await visitor.auth.signInWithOAuth({ provider: 'google', options: { skipBrowserRedirect: true } })
const page = await (await fetch(oauth.data.url)).text()
say('a provider is a local chooser', page.includes('nobody checks who you are'))

const admin = server.auth.admin
say('admin lists', unwrap(await admin.listUsers()).users.length >= 4)
const made = await admin.createUser({ email: 'made@example.test', password: 'secret-3', email_confirm: true, user_metadata: { a: 1 } })
say('admin creates', [made.data.user.email, made.data.user.user_metadata.a])
const changed = await admin.updateUserById(made.data.user.id, { app_metadata: { role: 'admin' } })
say('admin changes', changed.data.user.app_metadata.role)
say('admin makes links', (await admin.generateLink({ type: 'magiclink', email: 'made@example.test' })).data.properties.action_link.includes('/auth/v1/verify?token='))
say('admin removes', (await admin.deleteUser(made.data.user.id)).error)
say('admin needs the service key', (await ann.auth.admin.listUsers()).error?.code)

const papers = ann.storage.from('papers')
const file = new Blob(['hello'], { type: 'text/plain' })
say('own folder takes files', unwrap(await papers.upload(`${annId}/a b.txt`, file)).path === `${annId}/a b.txt`)
say('twice is refused', unwrap(await papers.upload(`${annId}/a b.txt`, file)))
say('foreign folders do not', (await papers.upload('other/x.txt', file)).error?.message)
say('what was kept comes back', await unwrap(await papers.download(`${annId}/a b.txt`)).text())
say('others do not get it', !!(await bob.storage.from('papers').download(`${annId}/a b.txt`)).error)
say('folders are listed', unwrap(await papers.list('')).map((one) => [one.name, one.id]).flat().includes(annId))
say('files are listed', unwrap(await papers.list(annId)).map((one) => [one.name, one.metadata.size]))
const link = unwrap(await papers.createSignedUrl(`${annId}/a b.txt`, 60)).signedUrl
say('a signed address opens it', await (await fetch(link)).text())
say('a changed one does not', (await fetch(link.replace('papers', 'pictures'))).status)
const links = unwrap(await papers.createSignedUrls([`${annId}/a b.txt`, 'nope'], 60))
say('many at once', links.map((one) => !!one.signedUrl))
const picture = new Uint8Array([137, 80, 78, 71, 13, 10, 45, 45, 0, 255, 13, 10])
say('pictures', unwrap(await ann.storage.from('pictures').upload('p.png', picture, { contentType: 'image/png' })).path)
const shown = await fetch(ann.storage.from('pictures').getPublicUrl('p.png').data.publicUrl)
say('public files are public', [shown.headers.get('content-type'), (await shown.arrayBuffer()).byteLength])
say('private ones are not', (await fetch(papers.getPublicUrl(`${annId}/a b.txt`).data.publicUrl)).status)
const away = unwrap(await papers.remove([`${annId}/a b.txt`]))
say('files are removed', away.map((one) => one.name.endsWith('a b.txt')))
const slot = unwrap(await papers.createSignedUploadUrl(`${annId}/later.txt`))
say('a signed upload', unwrap(await bob.storage.from('papers').uploadToSignedUrl(`${annId}/later.txt`, slot.token, file)).path.endsWith('later.txt'))
say('buckets need the service key', !!(await ann.storage.createBucket('mine')).error)
say('the service makes them', unwrap(await server.storage.createBucket('made', { public: true })).name)

const status = await new Promise((done) => {
  ann.channel('news').on('postgres_changes', { event: '*', schema: 'public', table: 'books' }, () => {})
    .subscribe((state, error) => done([state, error?.message ?? '']))
})
say('channels are refused with a reason', status)
await ann.removeAllChannels()
const called = await ann.functions.invoke('nope', { body: {} })
say('a function that is not there', called.error?.context?.status)
say('signing out', (await ann.auth.signOut()).error)
say('a session that ended is refused', (await visitor.auth.getUser(renewed.data.session.access_token)).error?.name)
process.exit(0)
