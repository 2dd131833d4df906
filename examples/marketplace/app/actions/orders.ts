"use server"

import { revalidatePath } from "next/cache"
import { createAdminClient } from "@/lib/supabase/admin"
import { createClient } from "@/lib/supabase/server"
import { createLabel } from "@/lib/shipping"
import type { OrderStatus } from "@/lib/types"

export async function updateOrderStatus(orderId: string, status: OrderStatus) {
  const admin = createAdminClient()
  await admin.from("orders").update({ status }).eq("id", orderId)
  revalidatePath("/dashboard/orders")
}

export async function shipOrder(orderId: string) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return { error: "Not signed in" }

  const { data: order } = await supabase
    .from("orders")
    .select("*")
    .eq("id", orderId)
    .eq("seller_id", user.id)
    .single()
  if (!order) return { error: "No such order" }

  const label = await createLabel(order)
  const admin = createAdminClient()
  const { error } = await admin
    .from("orders")
    .update({ status: "shipped", tracking_number: label.tracking_number })
    .eq("id", order.id)
    .eq("seller_id", user.id)
  if (error) return { error: "The order could not be updated" }

  revalidatePath("/dashboard/orders")
  return { url: label.label_url }
}
