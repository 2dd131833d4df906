import { Star } from "lucide-react"
import { formatDate } from "@/lib/format"
import type { Review } from "@/lib/types"

export function ReviewList({ reviews }: { reviews: Review[] }) {
  if (reviews.length === 0) {
    return <p className="text-sm text-muted-foreground">No reviews yet.</p>
  }
  return (
    <ul className="space-y-4">
      {reviews.map((review) => (
        <li key={review.id} className="border-b pb-4">
          <p className="flex items-center gap-1 text-sm">
            {Array.from({ length: review.rating }).map((_, i) => (
              <Star key={i} className="h-4 w-4 fill-primary text-primary" />
            ))}
            <span className="ml-2 text-muted-foreground">
              {review.profiles?.full_name}, {formatDate(review.created_at)}
            </span>
          </p>
          <p className="mt-1 text-sm">{review.body}</p>
        </li>
      ))}
    </ul>
  )
}
