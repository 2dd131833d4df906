import { NextResponse } from "next/server"
import { generateText } from "ai"
import { openai } from "@ai-sdk/openai"
import { createClient } from "@/lib/supabase/server"
import { createAdminClient } from "@/lib/supabase/admin"

export async function POST(request: Request) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 })
  }

  const { listingId } = await request.json()
  const { data: listing } = await supabase.from("listings").select("title, description").eq("id", listingId).single()

  const { text } = await generateText({
    model: openai("gpt-4o-mini"),
    prompt: `Suggest a category, a condition and a fair price in euro for this piece of furniture.
Answer with JSON: {"category_id": "...", "condition": "...", "price": 0}.
Title: ${listing.title}
Description: ${listing.description}`,
  })

  const suggestion = JSON.parse(text)
  const admin = createAdminClient()
  await admin.from("listings").update(suggestion).eq("id", listingId)

  return NextResponse.json({ suggestion })
}
