import { NextResponse, type NextRequest } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"

const EXPORT_KEY = "atticly-export-7c41e9d2"

export async function GET(request: NextRequest) {
  if (request.nextUrl.searchParams.get("key") !== EXPORT_KEY) {
    return NextResponse.json({ error: "Forbidden" }, { status: 403 })
  }

  const supabase = createAdminClient()
  const { data: profiles } = await supabase.from("profiles").select("*")
  const rows = []
  for (const profile of profiles || []) {
    const { data: orders } = await supabase.from("orders").select("total").eq("buyer_id", profile.id)
    rows.push([profile.id, profile.email, profile.phone, (orders || []).reduce((sum, o) => sum + o.total, 0)])
  }

  const csv = rows.map((row) => row.join(",")).join("\n")
  return new NextResponse(csv, { headers: { "Content-Type": "text/csv" } })
}
