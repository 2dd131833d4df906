// Fills a local database with made-up sellers and listings: npm run seed
import { createClient } from "@supabase/supabase-js"

const url = process.env.NEXT_PUBLIC_SUPABASE_URL ?? "http://127.0.0.1:54321"
const serviceKey = process.env.SUPABASE_SERVICE_ROLE_KEY

if (!serviceKey || !/127\.0\.0\.1|localhost/.test(url)) {
  throw new Error("The seed is for a local database only")
}

const supabase = createClient(url, serviceKey)

const SELLERS = [
  { email: "marlene@example.com", password: "demo-password-1", name: "Marlene's Attic" },
  { email: "yusuf@example.com", password: "demo-password-2", name: "Yusuf Restores" },
]

const LISTINGS = [
  { title: "Teak sideboard, 1962", slug: "teak-sideboard-1962", price: 640 },
  { title: "Rattan armchair", slug: "rattan-armchair", price: 120 },
]

async function main() {
  for (const seller of SELLERS) {
    const { data, error } = await supabase.auth.admin.createUser({
      email: seller.email,
      password: seller.password,
      email_confirm: true,
      user_metadata: { full_name: seller.name },
    })
    if (error) throw error
    for (const listing of LISTINGS) {
      const { error: failed } = await supabase
        .from("listings")
        .insert({ ...listing, slug: `${listing.slug}-${data.user.id.slice(0, 4)}`, seller_id: data.user.id })
      if (failed) throw failed
    }
  }
  console.log(`${SELLERS.length} sellers with ${LISTINGS.length} listings each`)
}

main()
