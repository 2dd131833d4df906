export function ListingDescription({ html }: { html: string }) {
  return <div className="space-y-3 text-sm leading-relaxed" dangerouslySetInnerHTML={{ __html: html }} />
}
