import { NextResponse, type NextRequest } from "next/server"
import { createClient } from "@/lib/supabase/server"

// Public catalogue
export async function GET(request: NextRequest) {
  const page = Math.max(1, Number(request.nextUrl.searchParams.get("page")) || 1)
  const supabase = await createClient()
  const { data, error } = await supabase
    .from("listings")
    .select("id, title, slug, price, images, condition")
    .eq("status", "active")
    .order("created_at", { ascending: false })
    .range((page - 1) * 24, page * 24 - 1)
  if (error) {
    return NextResponse.json({ error: "Listings are not available" }, { status: 503 })
  }
  return NextResponse.json({ listings: data })
}
