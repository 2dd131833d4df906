import Link from "next/link"
import { NewsletterForm } from "@/components/newsletter-form"

export function SiteFooter() {
  return (
    <footer className="mt-16 border-t bg-secondary/50">
      <div className="container grid gap-8 py-10 md:grid-cols-3">
        <div>
          <p className="font-semibold">Atticly</p>
          <p className="mt-2 text-sm text-muted-foreground">Furniture with a past, from people near you.</p>
        </div>
        <nav className="flex flex-col gap-2 text-sm">
          <Link href="/listings">Browse</Link>
          <Link href="/about">About</Link>
          <Link href="/contact">Contact</Link>
          <Link href="/privacy">Privacy</Link>
        </nav>
        <NewsletterForm />
      </div>
    </footer>
  )
}
