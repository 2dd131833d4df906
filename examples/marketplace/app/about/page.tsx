export default function AboutPage() {
  return (
    <div className="container max-w-2xl space-y-4 py-12">
      <h1 className="text-3xl font-semibold">About Atticly</h1>
      <p>
        Three friends, one attic, too many chairs. We built Atticly because good furniture should not end on the
        curb, and because selling it should not take a weekend.
      </p>
      <p>Sellers pay 8 % when something is sold, and nothing before. Money is paid out a week after delivery.</p>
    </div>
  )
}
