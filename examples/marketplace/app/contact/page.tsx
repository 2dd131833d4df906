import { ContactForm } from "@/components/contact-form"

export default function ContactPage() {
  return (
    <div className="container max-w-xl space-y-6 py-12">
      <h1 className="text-3xl font-semibold">Contact</h1>
      <ContactForm />
    </div>
  )
}
