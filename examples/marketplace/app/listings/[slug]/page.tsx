import Link from "next/link"
import { notFound } from "next/navigation"
import { AddToCart } from "@/components/add-to-cart"
import { ContactSeller } from "@/components/contact-seller"
import { FavoriteButton } from "@/components/favorite-button"
import { ListingDescription } from "@/components/listing-description"
import { ReviewForm } from "@/components/review-form"
import { ReviewList } from "@/components/review-list"
import { Badge } from "@/components/ui/badge"
import { Separator } from "@/components/ui/separator"
import { formatPrice, timeAgo } from "@/lib/format"
import { getListing, getReviews } from "@/lib/listings"

export const dynamic = "force-dynamic"

export default async function ListingPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const listing = await getListing(slug)
  if (!listing) notFound()

  const reviews = await getReviews(listing.id)

  return (
    <div className="container grid gap-10 py-10 lg:grid-cols-[3fr_2fr]">
      <div className="space-y-4">
        <img
          src={listing.images?.[0] || "/placeholder.svg"}
          alt={listing.title}
          className="w-full rounded-lg border object-cover"
        />
        <div className="grid grid-cols-4 gap-3">
          {listing.images?.slice(1).map((image) => (
            <img key={image} src={image} alt="" className="aspect-square rounded-md border object-cover" />
          ))}
        </div>
        <ListingDescription html={listing.description || ""} />
        <Separator />
        <h2 className="text-xl font-semibold">Reviews</h2>
        <ReviewList reviews={reviews} />
        <ReviewForm slug={slug} listingId={listing.id} />
      </div>
      <aside className="space-y-5">
        <h1 className="text-3xl font-semibold">{listing.title}</h1>
        <p className="flex items-center gap-3">
          <span className="text-2xl font-semibold text-primary">{formatPrice(listing.price)}</span>
          <Badge variant="secondary">{listing.condition}</Badge>
        </p>
        <p className="text-sm text-muted-foreground">
          Listed {timeAgo(listing.created_at)} by{" "}
          <Link className="underline" href={`/sellers/${listing.seller_id}`}>
            {listing.profiles?.full_name}
          </Link>
        </p>
        <div className="flex gap-2">
          <AddToCart listing={listing} />
          <FavoriteButton listingId={listing.id} />
        </div>
        <ContactSeller
          listingId={listing.id}
          sellerId={listing.seller_id}
          sellerEmail={listing.profiles?.email}
        />
      </aside>
    </div>
  )
}
