import { NextResponse } from "next/server"
import { z } from "zod"
import { createClient } from "@/lib/supabase/server"

const schema = z.object({ email: z.string().email().max(200) })

export async function POST(request: Request) {
  const parsed = schema.safeParse(await request.json())
  if (!parsed.success) {
    return NextResponse.json({ error: "Please enter an e-mail address" }, { status: 400 })
  }
  const supabase = await createClient()
  const { error } = await supabase.from("newsletter_subscribers").insert({ email: parsed.data.email })
  // Who is already subscribed gets the same answer
  if (error && error.code !== "23505") {
    return NextResponse.json({ error: "Please try again later" }, { status: 500 })
  }
  return NextResponse.json({ success: true })
}
