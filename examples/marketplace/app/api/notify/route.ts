import { NextResponse } from "next/server"
import { sendEmail } from "@/lib/email"

export async function POST(request: Request) {
  const { to, subject, message } = await request.json()
  await sendEmail(to, subject, `<div>${message}</div>`)
  return NextResponse.json({ success: true })
}
