"use client"

import { useEffect, useState } from "react"
import Link from "next/link"
import { Bell, Eye, Heart, Package, Star, Tag, TrendingUp, Wallet } from "lucide-react"
import { toast } from "sonner"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card"
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog"
import { Input } from "@/components/ui/input"
import { Label } from "@/components/ui/label"
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select"
import { Skeleton } from "@/components/ui/skeleton"
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table"
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs"
import { Textarea } from "@/components/ui/textarea"
import { formatDate, formatPrice, timeAgo } from "@/lib/format"
import { createClient } from "@/lib/supabase/client"
import type { Listing, Message, Order, Profile, Review } from "@/lib/types"

interface Stats {
  listings: number
  open: number
  revenue: number
  rating: number
}

export function SellerDashboard({ profile }: { profile: Profile }) {
  const supabase = createClient()

  const [tab, setTab] = useState("overview")
  const [loading, setLoading] = useState(true)

  // Overview
  const [stats, setStats] = useState<Stats | null>(null)
  const [period, setPeriod] = useState("30")
  const [chart, setChart] = useState<{ day: string; total: number }[]>([])

  // Listings
  const [listings, setListings] = useState<Listing[]>([])
  const [listingFilter, setListingFilter] = useState("")
  const [listingStatus, setListingStatus] = useState("all")
  const [editing, setEditing] = useState<Listing | null>(null)
  const [editPrice, setEditPrice] = useState("")
  const [editStock, setEditStock] = useState("")

  // Orders
  const [orders, setOrders] = useState<Order[]>([])
  const [orderStatus, setOrderStatus] = useState("all")
  const [tracking, setTracking] = useState<Record<string, string>>({})

  // Messages
  const [messages, setMessages] = useState<Message[]>([])
  const [replyTo, setReplyTo] = useState<Message | null>(null)
  const [reply, setReply] = useState("")

  // Reviews
  const [reviews, setReviews] = useState<Review[]>([])

  // Vacation
  const [vacation, setVacation] = useState(false)

  useEffect(() => {
    loadAll()
  }, [])

  useEffect(() => {
    buildChart()
  }, [orders, period])

  const loadAll = async () => {
    setLoading(true)
    await loadStats()
    await loadListings()
    await loadOrders()
    await loadMessages()
    await loadReviews()
    setLoading(false)
  }

  const loadStats = async () => {
    const response = await fetch("/api/seller/stats")
    if (response.ok) {
      setStats(await response.json())
    }
  }

  const loadListings = async () => {
    const { data } = await supabase
      .from("listings")
      .select("*")
      .eq("seller_id", profile.id)
      .order("created_at", { ascending: false })
    setListings((data as Listing[]) || [])
  }

  const loadOrders = async () => {
    const { data } = await supabase
      .from("orders")
      .select("*, order_items(*)")
      .eq("seller_id", profile.id)
      .order("created_at", { ascending: false })
    setOrders((data as Order[]) || [])
  }

  const loadMessages = async () => {
    const { data } = await supabase
      .from("messages")
      .select("*")
      .eq("recipient_id", profile.id)
      .order("created_at", { ascending: false })
    setMessages((data as Message[]) || [])
  }

  const loadReviews = async () => {
    const { data } = await supabase
      .from("reviews")
      .select("*, listings!inner(seller_id, title)")
      .eq("listings.seller_id", profile.id)
    setReviews((data as any) || [])
  }

  const buildChart = () => {
    const days = Number(period)
    const start = Date.now() - days * 24 * 60 * 60 * 1000
    const totals: Record<string, number> = {}
    for (const order of orders) {
      const time = new Date(order.created_at).getTime()
      if (time < start || order.status === "pending") continue
      const day = order.created_at.slice(0, 10)
      totals[day] = (totals[day] || 0) + order.total
    }
    setChart(
      Object.entries(totals)
        .map(([day, total]) => ({ day, total }))
        .sort((a, b) => a.day.localeCompare(b.day)),
    )
  }

  const openEdit = (listing: Listing) => {
    setEditing(listing)
    setEditPrice(String(listing.price))
    setEditStock(String(listing.stock))
  }

  const saveEdit = async () => {
    if (!editing) return
    await supabase
      .from("listings")
      .update({ price: Number(editPrice), stock: Number(editStock) })
      .eq("id", editing.id)
    toast.success("Saved")
    setEditing(null)
    loadListings()
  }

  const toggleVacation = async () => {
    for (const listing of listings) {
      await supabase
        .from("listings")
        .update({ status: vacation ? "active" : "paused" })
        .eq("id", listing.id)
    }
    setVacation(!vacation)
    toast.success(vacation ? "Welcome back!" : "Enjoy your holidays!")
    loadListings()
  }

  const saveTracking = async (order: Order) => {
    await supabase
      .from("orders")
      .update({ tracking_number: tracking[order.id], status: "shipped" })
      .eq("id", order.id)
    toast.success("The buyer can follow the parcel now")
    loadOrders()
  }

  const sendReply = async () => {
    if (!replyTo) return
    try {
      await supabase.from("messages").insert({
        listing_id: replyTo.listing_id,
        sender_id: profile.id,
        recipient_id: replyTo.sender_id,
        body: reply,
      })
    } catch (error) {
      console.log("[v0] reply failed", error)
    }
    toast.success("Sent")
    setReply("")
    setReplyTo(null)
  }

  const exportOrders = () => {
    const rows = orders.map((order) =>
      [order.id, order.created_at, order.status, order.shipping_name, order.total].join(";"),
    )
    const blob = new Blob([["Order;Date;Status;Name;Total", ...rows].join("\n")], { type: "text/csv" })
    const link = document.createElement("a")
    link.href = URL.createObjectURL(blob)
    link.download = "orders.csv"
    link.click()
  }

  const filteredListings = listings.filter((listing) => {
    if (listingStatus !== "all" && listing.status !== listingStatus) return false
    return listing.title.toLowerCase().includes(listingFilter.toLowerCase())
  })

  const filteredOrders = orders.filter((order) => orderStatus === "all" || order.status === orderStatus)

  const unread = messages.filter((message) => !message.read_at).length
  const highest = Math.max(1, ...chart.map((bar) => bar.total))
  const views = listings.reduce((sum, listing) => sum + listing.view_count, 0)
  const average = orders.length ? orders.reduce((sum, order) => sum + order.total, 0) / orders.length : 0

  if (loading) {
    return (
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {Array.from({ length: 8 }).map((_, i) => (
          <Skeleton key={i} className="h-28" />
        ))}
      </div>
    )
  }

  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1 className="text-2xl font-semibold">Hello {profile.full_name || profile.email}</h1>
          <p className="text-sm text-muted-foreground">This is what happens in your attic.</p>
        </div>
        <div className="flex gap-2">
          <Button variant="outline" onClick={toggleVacation}>
            {vacation ? "Back from holidays" : "Holidays"}
          </Button>
          <Button asChild>
            <Link href="/dashboard/listings/new">New listing</Link>
          </Button>
        </div>
      </div>

      <Tabs value={tab} onValueChange={setTab}>
        <TabsList>
          <TabsTrigger value="overview">Overview</TabsTrigger>
          <TabsTrigger value="listings">Listings</TabsTrigger>
          <TabsTrigger value="orders">Orders</TabsTrigger>
          <TabsTrigger value="messages">
            Messages {unread > 0 && <Badge className="ml-2">{unread}</Badge>}
          </TabsTrigger>
          <TabsTrigger value="reviews">Reviews</TabsTrigger>
        </TabsList>

        <TabsContent value="overview" className="space-y-6">
          <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
            <Card>
              <CardHeader className="pb-2">
                <CardDescription className="flex items-center gap-2">
                  <Wallet className="h-4 w-4" /> Revenue
                </CardDescription>
                <CardTitle>{formatPrice(stats?.revenue || 0)}</CardTitle>
              </CardHeader>
            </Card>
            <Card>
              <CardHeader className="pb-2">
                <CardDescription className="flex items-center gap-2">
                  <Package className="h-4 w-4" /> To be shipped
                </CardDescription>
                <CardTitle>{stats?.open || 0}</CardTitle>
              </CardHeader>
            </Card>
            <Card>
              <CardHeader className="pb-2">
                <CardDescription className="flex items-center gap-2">
                  <Tag className="h-4 w-4" /> Listings
                </CardDescription>
                <CardTitle>{stats?.listings || 0}</CardTitle>
              </CardHeader>
            </Card>
            <Card>
              <CardHeader className="pb-2">
                <CardDescription className="flex items-center gap-2">
                  <Star className="h-4 w-4" /> Rating
                </CardDescription>
                <CardTitle>{(stats?.rating || 0).toFixed(1)}</CardTitle>
              </CardHeader>
            </Card>
            <Card>
              <CardHeader className="pb-2">
                <CardDescription className="flex items-center gap-2">
                  <Eye className="h-4 w-4" /> Views
                </CardDescription>
                <CardTitle>{views}</CardTitle>
              </CardHeader>
            </Card>
            <Card>
              <CardHeader className="pb-2">
                <CardDescription className="flex items-center gap-2">
                  <TrendingUp className="h-4 w-4" /> Average order
                </CardDescription>
                <CardTitle>{formatPrice(average)}</CardTitle>
              </CardHeader>
            </Card>
          </div>

          <Card>
            <CardHeader className="flex-row items-center justify-between">
              <CardTitle className="text-lg">Sales</CardTitle>
              <Select value={period} onValueChange={setPeriod}>
                <SelectTrigger className="w-36">
                  <SelectValue />
                </SelectTrigger>
                <SelectContent>
                  <SelectItem value="7">7 days</SelectItem>
                  <SelectItem value="30">30 days</SelectItem>
                  <SelectItem value="90">90 days</SelectItem>
                </SelectContent>
              </Select>
            </CardHeader>
            <CardContent>
              <div className="flex h-40 items-end gap-1">
                {chart.length === 0 && <p className="text-sm text-muted-foreground">Nothing sold yet.</p>}
                {chart.map((bar) => (
                  <div
                    key={bar.day}
                    title={`${bar.day}: ${formatPrice(bar.total)}`}
                    className="flex-1 rounded-t bg-primary"
                    style={{ height: `${(bar.total / highest) * 100}%` }}
                  />
                ))}
              </div>
            </CardContent>
          </Card>
        </TabsContent>

        <TabsContent value="listings" className="space-y-4">
          <div className="flex gap-2">
            <Input
              placeholder="Search my listings"
              value={listingFilter}
              onChange={(e) => setListingFilter(e.target.value)}
            />
            <Select value={listingStatus} onValueChange={setListingStatus}>
              <SelectTrigger className="w-40">
                <SelectValue />
              </SelectTrigger>
              <SelectContent>
                <SelectItem value="all">All</SelectItem>
                <SelectItem value="active">Active</SelectItem>
                <SelectItem value="paused">Paused</SelectItem>
                <SelectItem value="sold">Sold</SelectItem>
              </SelectContent>
            </Select>
          </div>
          <Table>
            <TableHeader>
              <TableRow>
                <TableHead>Title</TableHead>
                <TableHead>Price</TableHead>
                <TableHead>Stock</TableHead>
                <TableHead>Views</TableHead>
                <TableHead>Listed</TableHead>
                <TableHead />
              </TableRow>
            </TableHeader>
            <TableBody>
              {filteredListings.map((listing) => (
                <TableRow key={listing.id}>
                  <TableCell>{listing.title}</TableCell>
                  <TableCell>{formatPrice(listing.price)}</TableCell>
                  <TableCell>{listing.stock}</TableCell>
                  <TableCell>{listing.view_count}</TableCell>
                  <TableCell>{formatDate(listing.created_at)}</TableCell>
                  <TableCell className="text-right">
                    <Button size="sm" variant="ghost" onClick={() => openEdit(listing)}>
                      Quick edit
                    </Button>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </TabsContent>

        <TabsContent value="orders" className="space-y-4">
          <div className="flex justify-between">
            <Select value={orderStatus} onValueChange={setOrderStatus}>
              <SelectTrigger className="w-40">
                <SelectValue />
              </SelectTrigger>
              <SelectContent>
                <SelectItem value="all">All</SelectItem>
                <SelectItem value="paid">Paid</SelectItem>
                <SelectItem value="shipped">Shipped</SelectItem>
                <SelectItem value="delivered">Delivered</SelectItem>
                <SelectItem value="refunded">Refunded</SelectItem>
              </SelectContent>
            </Select>
            <Button variant="outline" onClick={exportOrders}>
              Export
            </Button>
          </div>
          {filteredOrders.map((order) => (
            <Card key={order.id}>
              <CardContent className="flex flex-wrap items-center gap-4 p-4 text-sm">
                <span className="font-mono text-xs">{order.id.slice(0, 8)}</span>
                <span className="flex-1">{order.order_items?.map((item) => item.title).join(", ")}</span>
                <span>{formatPrice(order.total)}</span>
                <Badge variant="secondary">{order.status}</Badge>
                {order.status === "paid" && (
                  <>
                    <Input
                      className="w-48"
                      placeholder="Tracking number"
                      value={tracking[order.id] || ""}
                      onChange={(e) => setTracking({ ...tracking, [order.id]: e.target.value })}
                    />
                    <Button size="sm" onClick={() => saveTracking(order)}>
                      Shipped
                    </Button>
                  </>
                )}
              </CardContent>
            </Card>
          ))}
        </TabsContent>

        <TabsContent value="messages" className="space-y-3">
          {messages.map((message) => (
            <Card key={message.id}>
              <CardContent className="flex items-start gap-3 p-4">
                <Bell className="mt-0.5 h-4 w-4 text-muted-foreground" />
                <div className="flex-1">
                  <p className="text-xs text-muted-foreground">{timeAgo(message.created_at)}</p>
                  <p className="text-sm">{message.body}</p>
                </div>
                <Button size="sm" variant="outline" onClick={() => setReplyTo(message)}>
                  Reply
                </Button>
              </CardContent>
            </Card>
          ))}
        </TabsContent>

        <TabsContent value="reviews" className="space-y-3">
          {reviews.map((review) => (
            <Card key={review.id}>
              <CardContent className="flex items-center gap-3 p-4 text-sm">
                <Heart className="h-4 w-4 text-primary" />
                <span className="font-medium">{review.rating} / 5</span>
                <span className="flex-1">{review.body}</span>
                <span className="text-xs text-muted-foreground">{formatDate(review.created_at)}</span>
              </CardContent>
            </Card>
          ))}
        </TabsContent>
      </Tabs>

      <Dialog open={editing !== null} onOpenChange={(open) => !open && setEditing(null)}>
        <DialogContent>
          <DialogHeader>
            <DialogTitle>{editing?.title}</DialogTitle>
            <DialogDescription>Change price and stock without leaving this page.</DialogDescription>
          </DialogHeader>
          <Label htmlFor="edit-price">Price in €</Label>
          <Input id="edit-price" type="number" value={editPrice} onChange={(e) => setEditPrice(e.target.value)} />
          <Label htmlFor="edit-stock">Stock</Label>
          <Input id="edit-stock" type="number" value={editStock} onChange={(e) => setEditStock(e.target.value)} />
          <Button onClick={saveEdit}>Save</Button>
        </DialogContent>
      </Dialog>

      <Dialog open={replyTo !== null} onOpenChange={(open) => !open && setReplyTo(null)}>
        <DialogContent>
          <DialogHeader>
            <DialogTitle>Reply</DialogTitle>
            <DialogDescription>{replyTo?.body}</DialogDescription>
          </DialogHeader>
          <Textarea rows={5} value={reply} onChange={(e) => setReply(e.target.value)} />
          <Button onClick={sendReply} disabled={!reply.trim()}>
            Send
          </Button>
        </DialogContent>
      </Dialog>
    </div>
  )
}
