import { NextResponse } from "next/server"
import { createClient } from "@/lib/supabase/server"

// Behind the middleware, and row level security shows own listings only where they are not active
export async function GET() {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  const { data, error } = await supabase
    .from("listings")
    .select("id, title, slug, price, stock, status, view_count")
    .eq("seller_id", user!.id)
    .order("created_at", { ascending: false })
    .limit(200)
  if (error) {
    return NextResponse.json({ error: "Listings are not available" }, { status: 503 })
  }
  return NextResponse.json({ listings: data })
}
