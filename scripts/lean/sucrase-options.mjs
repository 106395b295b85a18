// The table for the options check that is left out.
export default {};
