import { NextResponse } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const supabase = createAdminClient()
  const { data: order, error } = await supabase
    .from("orders")
    .select("*, order_items(*), profiles!orders_buyer_id_fkey(full_name, email, phone)")
    .eq("id", id)
    .single()
  if (error) {
    return NextResponse.json({ error: "Order not found" }, { status: 404 })
  }
  return NextResponse.json({ order })
}
