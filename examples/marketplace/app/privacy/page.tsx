export default function PrivacyPage() {
  return (
    <div className="container max-w-2xl space-y-4 py-12">
      <h1 className="text-3xl font-semibold">Privacy</h1>
      <p>Last updated: June 2025</p>
      <p>
        We store your name, e-mail, phone number and address to handle your orders. Payments are handled by Stripe.
        We use cookies to make the site work and to understand how it is used.
      </p>
      <p>Questions? Write to support@atticly.example.</p>
    </div>
  )
}
