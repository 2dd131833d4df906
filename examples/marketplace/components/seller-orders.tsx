"use client"

import { useEffect, useState } from "react"
import { toast } from "sonner"
import { shipOrder } from "@/app/actions/orders"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table"
import { formatDate, formatPrice } from "@/lib/format"
import { createClient } from "@/lib/supabase/client"
import type { Order } from "@/lib/types"

const STATUS_LABELS: Record<string, string> = {
  pending: "Waiting for payment",
  paid: "Paid",
  shipped: "On its way",
  delivered: "Delivered",
  cancelled: "Cancelled",
  refunded: "Refunded",
}

const STATUS_VARIANTS: Record<string, "default" | "secondary" | "destructive" | "outline"> = {
  pending: "outline",
  paid: "default",
  shipped: "secondary",
  delivered: "secondary",
  cancelled: "destructive",
  refunded: "destructive",
}

export function SellerOrders({ userId }: { userId: string }) {
  const [orders, setOrders] = useState<Order[]>([])
  const [loading, setLoading] = useState(true)

  useEffect(() => {
    load()
  }, [userId])

  const load = async () => {
    setLoading(true)
    const supabase = createClient()
    const { data } = await supabase
      .from("orders")
      .select("*, order_items(*)")
      .eq("seller_id", userId)
      .order("created_at", { ascending: false })
    setOrders((data as Order[]) || [])
    setLoading(false)
  }

  const ship = async (order: Order) => {
    const result = await shipOrder(order.id)
    if (result.error) {
      toast.error(result.error)
      return
    }
    window.open(result.url, "_blank", "noopener")
    load()
  }

  if (loading) {
    return <p className="py-8 text-sm text-muted-foreground">Loading orders…</p>
  }

  return (
    <Table>
      <TableHeader>
        <TableRow>
          <TableHead>Order</TableHead>
          <TableHead>Items</TableHead>
          <TableHead>Sold</TableHead>
          <TableHead>Total</TableHead>
          <TableHead>Status</TableHead>
          <TableHead />
        </TableRow>
      </TableHeader>
      <TableBody>
        {orders.map((order) => (
          <TableRow key={order.id}>
            <TableCell className="font-mono text-xs">{order.id.slice(0, 8)}</TableCell>
            <TableCell>{order.order_items?.map((item) => item.title).join(", ")}</TableCell>
            <TableCell>{formatDate(order.created_at)}</TableCell>
            <TableCell>{formatPrice(order.total)}</TableCell>
            <TableCell>
              <Badge variant={STATUS_VARIANTS[order.status]}>{STATUS_LABELS[order.status]}</Badge>
            </TableCell>
            <TableCell className="space-x-2 text-right">
              {order.status === "paid" && (
                <Button size="sm" variant="outline" onClick={() => ship(order)}>
                  Print label
                </Button>
              )}
              <Button asChild size="sm" variant="ghost">
                <a href={`/api/orders/${order.id}/invoice`}>Invoice</a>
              </Button>
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
