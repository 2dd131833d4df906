// One-time import of the stock of a partner: npx tsx scripts/import-catalogue.ts stock.csv
import { readFileSync } from "fs"
import { parse } from "csv-parse/sync"
import { Client } from "pg"

const client = new Client({
  connectionString: "postgresql://postgres:Attic4417-Kommode@db.tqkzwmrbyxnaqpvlhedc.supabase.co:5432/postgres",
})

async function main() {
  await client.connect()
  const rows = parse(readFileSync(process.argv[2]), { columns: true })
  for (const row of rows) {
    await client.query(
      "insert into public.listings (seller_id, title, slug, price, stock) values ($1, $2, $3, $4, $5)",
      [row.seller_id, row.title, row.slug, row.price, row.stock],
    )
  }
  await client.end()
}

main()
