import { NextResponse } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"

// Called by Vercel, which sends the secret as a bearer token
export async function GET(request: Request) {
  const secret = process.env.CRON_SECRET
  if (!secret || request.headers.get("authorization") !== `Bearer ${secret}`) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 })
  }

  const week = new Date(Date.now() - 7 * 24 * 60 * 60 * 1000).toISOString()
  const supabase = createAdminClient()
  const { data, error } = await supabase
    .from("payouts")
    .update({ status: "released" })
    .eq("status", "pending")
    .lt("created_at", week)
    .select("id")
  if (error) {
    return NextResponse.json({ error: "Payouts could not be released" }, { status: 500 })
  }
  return NextResponse.json({ released: data.length })
}
