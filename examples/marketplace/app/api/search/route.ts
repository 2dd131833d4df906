import { NextResponse, type NextRequest } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"

export async function GET(request: NextRequest) {
  const q = request.nextUrl.searchParams.get("q") || ""
  const supabase = createAdminClient()

  const { data, error } = await supabase
    .from("listings")
    .select("id, title, slug, price, images, status")
    .or(`title.ilike.%${q}%,description.ilike.%${q}%`)
  if (error) {
    return NextResponse.json({ error: error.message, details: error }, { status: 500 })
  }

  return NextResponse.json({ results: data })
}
