import { NextResponse } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"
import { createClient } from "@/lib/supabase/server"

// A link to the invoice that is valid for a minute, for buyer and seller only
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 })
  }

  const admin = createAdminClient()
  const { data: order } = await admin.from("orders").select("id, buyer_id, seller_id").eq("id", id).maybeSingle()
  if (!order || (order.buyer_id !== user.id && order.seller_id !== user.id)) {
    return NextResponse.json({ error: "Not found" }, { status: 404 })
  }

  const { data, error } = await admin.storage.from("invoices").createSignedUrl(`${order.id}.pdf`, 60)
  if (error) {
    return NextResponse.json({ error: "There is no invoice yet" }, { status: 404 })
  }
  return NextResponse.redirect(data.signedUrl)
}
