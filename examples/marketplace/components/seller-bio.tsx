import { sanitizeHtml } from "@/lib/sanitize"

export function SellerBio({ bio }: { bio: string }) {
  return <div className="text-sm text-muted-foreground" dangerouslySetInnerHTML={{ __html: sanitizeHtml(bio) }} />
}
