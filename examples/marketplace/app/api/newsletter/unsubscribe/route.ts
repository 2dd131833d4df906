import { NextResponse, type NextRequest } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"
import { verifyEmail } from "@/lib/token"

// From a link in a mail: the signature says that the address is the one the mail went to
export async function GET(request: NextRequest) {
  const email = request.nextUrl.searchParams.get("email") || ""
  const signature = request.nextUrl.searchParams.get("signature") || ""
  if (!verifyEmail(email, signature)) {
    return NextResponse.json({ error: "This link is not valid" }, { status: 403 })
  }
  const supabase = createAdminClient()
  const { error } = await supabase.from("newsletter_subscribers").delete().eq("email", email)
  if (error) {
    return NextResponse.json({ error: "Please try again later" }, { status: 500 })
  }
  return NextResponse.json({ success: true })
}
