//! Polar's enumerations, which may grow at any time.

/// Declares an enumeration whose unknown values are kept as text, so that a new value at Polar does not make an answer fail.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ ..$rest:ident }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", $text, "`")] $variant,)+
            /// A value that this version of the crate does not name, as Polar wrote it.
            $rest(String),
        }

        impl $name {
            /// The values that this version of the crate names, as Polar writes them.
            pub const NAMES: &[&str] = &[$($text),+];

            /// The value as Polar writes it, if this version of the crate names it.
            #[must_use]
            pub const fn name(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)+
                    Self::$rest(_) => None,
                }
            }

            /// The value as Polar writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::$rest(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::$rest(text),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    #![allow(unreachable_pub, reason = "the macro declares public types")]

    open_enum! {
        /// A traffic light.
        pub enum Light { Red = "red", Green = "green", ..Unknown }
    }

    #[test]
    fn a_named_value_is_recognised() {
        assert_eq!(serde_json::from_str::<Light>("\"green\"").unwrap(), Light::Green);
    }

    #[test]
    fn named_values_are_listed() {
        let names = Light::NAMES.iter().map(|name| Light::from(*name).name());
        assert_eq!(names.collect::<Vec<_>>(), [Some("red"), Some("green")]);
        assert_eq!(Light::Unknown("purple".into()).name(), None);
    }

    #[test]
    fn an_unknown_value_keeps_its_text() {
        let light: Light = serde_json::from_str("\"purple\"").unwrap();
        assert_eq!(light, Light::Unknown("purple".into()));
        assert_eq!(serde_json::to_string(&light).unwrap(), "\"purple\"");
    }

    #[test]
    fn a_value_of_another_kind_is_an_error() {
        assert!(serde_json::from_str::<Light>("5").is_err());
    }
}
