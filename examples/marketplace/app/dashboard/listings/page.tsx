import Link from "next/link"
import { ListingRowActions } from "@/components/listing-row-actions"
import { Badge } from "@/components/ui/badge"
import { Button } from "@/components/ui/button"
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table"
import { requireProfile } from "@/lib/auth"
import { formatPrice } from "@/lib/format"
import { createClient } from "@/lib/supabase/server"

export default async function DashboardListingsPage() {
  const profile = await requireProfile()
  const supabase = await createClient()
  const { data: listings } = await supabase.from("listings").select("*").eq("seller_id", profile.id)

  const rows = await Promise.all(
    (listings || []).map(async (listing) => {
      const { count } = await supabase
        .from("favorites")
        .select("*", { count: "exact", head: true })
        .eq("listing_id", listing.id)
      return { ...listing, favorites: count ?? 0 }
    }),
  )

  return (
    <div className="space-y-4">
      <div className="flex items-center justify-between">
        <h1 className="text-2xl font-semibold">My listings</h1>
        <Button asChild>
          <Link href="/dashboard/listings/new">New listing</Link>
        </Button>
      </div>
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>Title</TableHead>
            <TableHead>Price</TableHead>
            <TableHead>Stock</TableHead>
            <TableHead>Status</TableHead>
            <TableHead>Favorites</TableHead>
            <TableHead />
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.id}>
              <TableCell>
                <Link href={`/listings/${row.slug}`} className="hover:underline">
                  {row.title}
                </Link>
              </TableCell>
              <TableCell>{formatPrice(row.price)}</TableCell>
              <TableCell>{row.stock}</TableCell>
              <TableCell>
                <Badge variant={row.status === "active" ? "default" : "secondary"}>{row.status}</Badge>
              </TableCell>
              <TableCell>{row.favorites}</TableCell>
              <TableCell>
                <ListingRowActions id={row.id} status={row.status} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  )
}
