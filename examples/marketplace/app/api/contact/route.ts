import { NextResponse } from "next/server"
import { z } from "zod"
import { SUPPORT_EMAIL } from "@/lib/constants"
import { sendEmail } from "@/lib/email"
import { sanitizeHtml } from "@/lib/sanitize"

const contactSchema = z.object({
  email: z.string().email(),
  message: z.string().trim().min(10).max(4000),
})

export async function POST(request: Request) {
  const parsed = contactSchema.safeParse(await request.json())
  if (!parsed.success) {
    return NextResponse.json({ error: "Please fill in both fields" }, { status: 400 })
  }
  await sendEmail(
    SUPPORT_EMAIL,
    "Message from the contact form",
    sanitizeHtml(`<p>${parsed.data.email} wrote:</p><p>${parsed.data.message}</p>`),
  )
  return NextResponse.json({ success: true })
}
