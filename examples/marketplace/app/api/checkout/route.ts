import { NextResponse } from "next/server"
import { stripe } from "@/lib/stripe"
import { createAdminClient } from "@/lib/supabase/admin"
import { orderSummary } from "@/lib/orders"

export async function POST(request: Request) {
  try {
    const { items, buyerId, sellerId, email, shipping } = await request.json()

    const summary = orderSummary(items.map((item) => ({ quantity: item.quantity, unit_price: item.price })))

    const supabase = createAdminClient()
    const { data: order, error } = await supabase
      .from("orders")
      .insert({
        buyer_id: buyerId,
        seller_id: sellerId,
        status: "pending",
        total: summary.total,
        platform_fee: summary.fee,
        shipping_name: shipping.name,
        shipping_address: shipping,
      })
      .select()
      .single()
    if (error) throw error

    for (const item of items) {
      await supabase.from("order_items").insert({
        order_id: order.id,
        listing_id: item.id,
        title: item.title,
        quantity: item.quantity,
        unit_price: item.price,
      })
    }

    const session = await stripe.checkout.sessions.create({
      mode: "payment",
      customer_email: email,
      line_items: items.map((item) => ({
        quantity: item.quantity,
        price_data: {
          currency: "eur",
          unit_amount: Math.round(item.price * 100),
          product_data: { name: item.title },
        },
      })),
      metadata: { order_id: order.id },
      success_url: `${request.headers.get("origin")}/checkout/success?order=${order.id}`,
      cancel_url: `${request.headers.get("origin")}/cart`,
    })

    await supabase.from("orders").update({ stripe_session_id: session.id }).eq("id", order.id)

    console.log("[v0] checkout", email, shipping)
    return NextResponse.json({ url: session.url })
  } catch (error: any) {
    return NextResponse.json({ error: error.message, stack: error.stack }, { status: 500 })
  }
}
