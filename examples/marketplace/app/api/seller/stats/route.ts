import { NextResponse } from "next/server"
import { createClient } from "@/lib/supabase/server"

export async function GET() {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  const sellerId = user!.id

  const { count: listings } = await supabase
    .from("listings")
    .select("id", { count: "exact", head: true })
    .eq("seller_id", sellerId)
  const { count: open } = await supabase
    .from("orders")
    .select("id", { count: "exact", head: true })
    .eq("seller_id", sellerId)
    .eq("status", "paid")
  const { data: paid } = await supabase
    .from("orders")
    .select("total, created_at")
    .eq("seller_id", sellerId)
    .neq("status", "pending")
  const { data: reviews } = await supabase
    .from("reviews")
    .select("rating, listings!inner(seller_id)")
    .eq("listings.seller_id", sellerId)

  const revenue = (paid || []).reduce((sum, order) => sum + order.total, 0)
  const rating = reviews?.length ? reviews.reduce((sum, r) => sum + r.rating, 0) / reviews.length : 0
  return NextResponse.json({ listings, open, revenue, rating })
}
