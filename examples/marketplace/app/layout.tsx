import type React from "react"
import type { Metadata } from "next"
import { GeistSans } from "geist/font/sans"
import { Analytics } from "@/components/analytics"
import { JsonLd } from "@/components/json-ld"
import { SiteFooter } from "@/components/site-footer"
import { SiteHeader } from "@/components/site-header"
import { Toaster } from "@/components/ui/sonner"
import { CartProvider } from "@/hooks/use-cart"
import "./globals.css"

export const metadata: Metadata = {
  title: "Atticly – secondhand furniture from people near you",
  description: "Buy and sell furniture with a past.",
  generator: "v0.dev",
}

export default function RootLayout({ children }: Readonly<{ children: React.ReactNode }>) {
  return (
    <html lang="en" className={GeistSans.variable}>
      <body className="flex min-h-screen flex-col font-sans antialiased">
        <JsonLd />
        <Analytics />
        <CartProvider>
          <SiteHeader />
          <main className="flex-1">{children}</main>
          <SiteFooter />
        </CartProvider>
        <Toaster />
      </body>
    </html>
  )
}
