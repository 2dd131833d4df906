import Link from "next/link"
import { Badge } from "@/components/ui/badge"
import { Card, CardContent } from "@/components/ui/card"
import { formatPrice } from "@/lib/format"
import type { Listing } from "@/lib/types"

export function ListingCard({ listing }: { listing: Listing }) {
  return (
    <Link href={`/listings/${listing.slug}`}>
      <Card className="overflow-hidden transition-shadow hover:shadow-md">
        <img
          src={listing.images?.[0] || "/placeholder.svg"}
          alt={listing.title}
          className="aspect-[4/3] w-full object-cover"
        />
        <CardContent className="p-4">
          <p className="truncate font-medium">{listing.title}</p>
          <div className="mt-1 flex items-center justify-between text-sm">
            <span className="font-semibold text-primary">{formatPrice(listing.price)}</span>
            <Badge variant="secondary">{listing.condition}</Badge>
          </div>
          <p className="mt-2 text-xs text-muted-foreground">{listing.profiles?.full_name}</p>
        </CardContent>
      </Card>
    </Link>
  )
}
