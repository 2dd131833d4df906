import { notFound } from "next/navigation"
import { getSeller } from "@/app/actions/profile"
import { ListingGrid } from "@/components/listing-grid"
import { SellerBio } from "@/components/seller-bio"
import { createClient } from "@/lib/supabase/server"
import { formatDate } from "@/lib/format"

export default async function SellerPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const seller = await getSeller(id)
  if (!seller) notFound()

  const supabase = await createClient()
  const { data: listings } = await supabase
    .from("listings")
    .select("*")
    .eq("seller_id", id)
    .eq("status", "active")

  return (
    <div className="container space-y-6 py-10">
      <h1 className="text-3xl font-semibold">{seller.full_name}</h1>
      <p className="text-sm text-muted-foreground">Member since {formatDate(seller.created_at)}</p>
      {seller.bio && <SellerBio bio={seller.bio} />}
      <ListingGrid listings={listings || []} />
    </div>
  )
}
