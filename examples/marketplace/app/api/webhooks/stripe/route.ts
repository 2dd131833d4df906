import { NextResponse } from "next/server"
import { createAdminClient } from "@/lib/supabase/admin"
import { payoutAmount } from "@/lib/fees"
import { sendOrderConfirmation, sendSaleNotification } from "@/lib/email"

export async function POST(request: Request) {
  const event = await request.json()
  const supabase = createAdminClient()

  if (event.type === "checkout.session.completed") {
    const session = event.data.object
    const orderId = session.metadata.order_id

    const { data: order } = await supabase
      .from("orders")
      .update({
        status: "paid",
        paid_at: new Date().toISOString(),
        pickup_code: String(Math.floor(1000 + Math.random() * 9000)),
      })
      .eq("id", orderId)
      .select("*, order_items(*)")
      .single()

    // Take the items out of stock
    for (const item of order.order_items) {
      const { data: listing } = await supabase.from("listings").select("stock").eq("id", item.listing_id).single()
      const stock = listing.stock - item.quantity
      await supabase
        .from("listings")
        .update({ stock, status: stock > 0 ? "active" : "sold" })
        .eq("id", item.listing_id)
    }

    // What the seller gets once the parcel has arrived
    const { data: seller } = await supabase.from("profiles").select("email").eq("id", order.seller_id).single()
    await supabase.from("payouts").insert({
      seller_id: order.seller_id,
      order_id: order.id,
      amount: payoutAmount(order.total),
      status: "pending",
    })

    await sendOrderConfirmation(session.customer_email, order)
    await sendSaleNotification(seller.email, order.order_items[0].title)
  }

  return NextResponse.json({ received: true })
}
