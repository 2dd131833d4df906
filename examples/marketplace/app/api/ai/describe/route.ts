import { NextResponse } from "next/server"
import { generateText } from "ai"
import { descriptionPrompt, writer } from "@/lib/ai"

export async function POST(request: Request) {
  const { title, notes, tone } = await request.json()

  const { text } = await generateText({
    model: writer,
    system: descriptionPrompt(title, notes, tone),
    prompt: "Write the description.",
  })

  return NextResponse.json({ description: text })
}
