import { NextResponse } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"

export async function GET() {
  const supabase = createAdminClient()
  const { data, error } = await supabase.from("profiles").select("*").limit(5)
  return NextResponse.json({ env: process.env, sample: data, error })
}
